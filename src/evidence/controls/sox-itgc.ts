import type { FrameworkData } from './framework.ts'

export const SOX_ITGC: FrameworkData = {
  id: 'sox_itgc',
  title: 'Sarbanes-Oxley Act, IT general controls',
  edition: 'Pub. L. 107-204; practices of COBIT 2019',
  sources: [
    {
      of: '15 U.S.C. 7262',
      address: 'https://lexbuild.dev/usc/title-15/chapter-98/section-7262',
      text: 'United States Code as of 17 April 2026 (Pub. L. 119-84)',
      by: 'repeated',
    },
    {
      of: '15 U.S.C. 78m(b)(2)(A)',
      address: 'https://www.secactions.com/page/1749/',
      text: 'article that quotes the paragraph, without a date',
      by: 'repeated',
    },
    {
      of: '17 CFR 210.2-06',
      address: 'https://lexbuild.dev/ecfr/title-17/chapter-II/part-210/section-210.2-06',
      text: 'eCFR as of 5 April 2026',
      by: 'repeated',
    },
    {
      of: 'COBIT 2019 DSS04',
      address: 'https://www.itsm-docs.com/blogs/cobit-framework/cobit-dss04-07-manage-backup-arrangements',
      text: 'number and title of the practice only',
      by: 'repeated',
    },
  ],
  unread: ['15 U.S.C. 7262(a) (section 404(a)); COBIT 2019 DSS04.07'],
  controls: [
    {
      control: 'ITGC backup',
      title: 'Data that financial reporting rests on is backed up completely',
      citation: '15 U.S.C. 7262(a) (section 404(a)); COBIT 2019 DSS04.07',
      asks: 'that management assesses its internal control over financial reporting each year; by the practice that is cited beside it, that backups of systems, applications and data are made, kept and checked',
      all: ['IntegrityCheck', 'fact:complete-account'],
      beyond:
        'Which topics matter for financial reporting, and how often they must be backed up, is for management to say.',
    },
    {
      control: 'ITGC restore test',
      title: 'Restores are tested',
      citation: '15 U.S.C. 7262(a) (section 404(a)); COBIT 2019 DSS04.07',
      asks: 'that management assesses its internal control over financial reporting each year; by the practice that is cited beside it, that backup data is restored and checked from time to time',
      any: ['ContentCheck', 'MessageCountCheck', 'fact:tested-restore'],
      beyond: 'A message count alone says nothing of contents. How often tests are due is for management to say.',
    },
    {
      control: 'Books and records',
      title: 'Records reflect transactions accurately and in reasonable detail',
      citation: '15 U.S.C. 78m(b)(2)(A) (Exchange Act section 13(b)(2)(A))',
      asks: 'that an issuer keeps books, records and accounts which in reasonable detail accurately and fairly reflect its transactions and the dispositions of its assets',
      any: ['ContentCheck', 'ExtractionCheck'],
      beyond:
        'Shown is that what was restored or extracted equals what was archived, not that what the cluster held was right.',
    },
    {
      control: 'Retention',
      title: 'Records of an audit are kept for seven years',
      citation: '17 CFR 210.2-06(a)',
      asks: 'that an accountant keeps the records relevant to an audit or review for seven years after it is concluded; issuers commonly keep their evidence as long',
      all: ['fact:compliance-lock'],
      beyond: 'Whether the lock lasts as long as is required, and what else must be kept, is for the auditor to judge.',
    },
  ],
}
