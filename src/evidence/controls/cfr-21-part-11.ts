import type { FrameworkData } from './framework.ts'

export const CFR_21_PART_11: FrameworkData = {
  id: 'fda_21_cfr_11',
  title: 'FDA, electronic records and electronic signatures',
  edition: '21 CFR part 11',
  sources: [
    {
      of: '21 CFR 11.10',
      address: 'https://www.law.cornell.edu/cfr/text/21/11.10',
      text: 'the section as in force; the same words as in the CFR of 1 April 2002',
      by: 'repeated',
    },
    {
      of: '21 CFR 11.50',
      address: 'https://law.lawstack.com/cfr/21/11.50/',
      text: 'eCFR as of 20 June 2026; the list under (a) is not in the stored page',
      by: 'repeated',
    },
    {
      of: '21 CFR 11.70',
      address: 'https://lexbuild.dev/ecfr/title-21/chapter-I/part-11/section-11.70',
      text: 'eCFR as of 5 April 2026',
      by: 'repeated',
    },
  ],
  unread: [],
  controls: [
    {
      control: '11.10(a)',
      title: 'Altered records can be discerned',
      citation: '21 CFR 11.10(a)',
      asks: 'validation of systems to ensure accuracy, reliability, consistent intended performance, and the ability to discern invalid or altered records',
      all: ['IntegrityCheck'],
      beyond: 'Shown is that altered records of the archive are discerned; validation of the system is the firm’s.',
    },
    {
      control: '11.10(b)',
      title: 'Accurate and complete copies',
      citation: '21 CFR 11.10(b)',
      asks: 'the ability to generate accurate and complete copies of records in human readable and electronic form for inspection',
      any: ['ExtractionCheck', 'ContentCheck'],
      beyond: 'What the inspector finds readable is for the inspector to say.',
    },
    {
      control: '11.10(c)',
      title: 'Protection for ready retrieval',
      citation: '21 CFR 11.10(c)',
      asks: 'protection of records to enable their accurate and ready retrieval throughout the retention period',
      all: ['IntegrityCheck'],
      beyond: 'Shown for today; for the retention period the series of reports and the lock count.',
    },
    {
      control: '11.10(d)',
      title: 'Limited access',
      citation: '21 CFR 11.10(d)',
      asks: 'that system access is limited to authorised individuals',
      beyond: 'Access to cluster and storage was not looked at.',
    },
    {
      control: '11.10(e)',
      title: 'Audit trail',
      citation: '21 CFR 11.10(e)',
      asks: 'secure, computer-generated, time-stamped audit trails of entries and actions that create, modify or delete records, which do not obscure earlier information',
      all: ['IntegrityCheck', 'fact:complete-account'],
      beyond:
        'The trail is that of the archive: each run adds and none replaces. Actions of operators on the source are not in it.',
    },
    {
      control: '11.50',
      title: 'Signature manifestations',
      citation: '21 CFR 11.50(a) and (b)',
      asks: 'that signed records show the printed name of the signer, date and time, and the meaning of the signature, also in human readable form',
      all: ['fact:named-signature'],
      beyond:
        'Name, role and meaning are as configured; that the person is who the name says is shown by the certificate and by the firm.',
    },
    {
      control: '11.70',
      title: 'Signature and record are linked',
      citation: '21 CFR 11.70',
      asks: 'that electronic signatures are linked to their records so that they can not be excised, copied or transferred to falsify a record by ordinary means',
      all: ['fact:named-signature'],
      beyond:
        'The signature is over the exact bytes of the file. Check it in the viewer; this page can not vouch for itself.',
    },
  ],
}
