import type { FrameworkData } from './framework.ts'

export const SOX_ITGC: FrameworkData = {
  id: 'sox_itgc',
  title: 'Sarbanes-Oxley Act, IT general controls',
  edition: 'Pub. L. 107-204; practices of COBIT 2019',
  controls: [
    {
      control: 'ITGC backup',
      title: 'Data that financial reporting rests on is backed up completely',
      citation: '15 U.S.C. 7262(a) (section 404(a)); COBIT 2019 DSS04.07',
      asks: 'that backups of systems, applications and data are made, kept and checked, so that the internal control over financial reporting does not fail with the loss of data',
      all: ['IntegrityCheck', 'fact:complete-account'],
      beyond:
        'Which topics matter for financial reporting, and how often they must be backed up, is for management to say.',
    },
    {
      control: 'ITGC restore test',
      title: 'Restores are tested',
      citation: '15 U.S.C. 7262(a) (section 404(a)); COBIT 2019 DSS04.07',
      asks: 'that backup data is restored and checked from time to time, with evidence of it',
      any: ['ContentCheck', 'MessageCountCheck', 'fact:tested-restore'],
      beyond: 'A message count alone says nothing of contents. How often tests are due is for management to say.',
    },
    {
      control: 'Books and records',
      title: 'Records reflect transactions accurately and in reasonable detail',
      citation: '15 U.S.C. 78m(b)(2)(A) (Exchange Act section 13(b)(2)(A))',
      asks: 'that an issuer keeps books, records and accounts which accurately and fairly reflect its transactions',
      any: ['ContentCheck', 'ExtractionCheck'],
      beyond:
        'Shown is that what was restored or extracted equals what was archived, not that what the cluster held was right.',
    },
    {
      control: 'Retention',
      title: 'Records of an audit are kept for seven years',
      citation: '17 CFR 210.2-06(a)',
      asks: 'that an accountant keeps the records relevant to an audit for seven years; issuers commonly keep their evidence as long',
      all: ['fact:compliance-lock'],
      beyond: 'Whether the lock lasts as long as is required, and what else must be kept, is for the auditor to judge.',
    },
  ],
}
