import type { FrameworkData } from './framework.ts'

export const SEC_17A_4: FrameworkData = {
  id: 'sec_17a_4',
  title: 'SEC Rule 17a-4(f), electronic recordkeeping systems',
  edition: '17 CFR 240.17a-4(f) as amended by 87 FR 66412 (in force since 3 January 2023, to be met since 3 May 2023)',
  sources: [
    {
      of: '17 CFR 240.17a-4(f)(2)(i)',
      address: 'https://www.ecfr.gov/current/title-17/section-240.17a-4',
      text: 'eCFR after the amendments of 2022, as public repositories quote it',
      by: 'repeated',
    },
    {
      of: '87 FR 66412',
      address: 'https://www.dateas.com/fr/docs/federal-register/2021/12/01?page=210',
      text: 'Federal Register of 1 December 2021: the proposal with its reasons',
      by: 'repeated',
    },
  ],
  unread: ['17 CFR 240.17a-4(f)(2)(ii)', '17 CFR 240.17a-4(f)(2)(iv)', '17 CFR 240.17a-4(f)(2)(v)'],
  controls: [
    {
      control: '(f)(2)(i)(A)',
      title: 'Audit-trail alternative',
      citation: '17 CFR 240.17a-4(f)(2)(i)(A)',
      asks: 'that records are preserved with a complete time-stamped audit trail of modifications and deletions, their date and time, the individual where applicable, and what is needed to re-create an original record',
      all: ['IntegrityCheck', 'fact:complete-account'],
      beyond:
        'Generations of the archive and their chain of hashes are such a trail for the archive; the rule is about the whole recordkeeping system and its retention periods.',
    },
    {
      control: '(f)(2)(i)(B)',
      title: 'Non-rewriteable, non-erasable format',
      citation: '17 CFR 240.17a-4(f)(2)(i)(B)',
      asks: 'that records are preserved exclusively in a non-rewriteable, non-erasable format',
      all: ['fact:compliance-lock', 'IntegrityCheck'],
      beyond:
        'The lock is what the storage answered when it was asked. An assessment of the storage itself is its vendor’s and is not claimed here.',
    },
    {
      control: '(f)(2)(ii)',
      title: 'Automatic verification of storing and retaining',
      citation: '17 CFR 240.17a-4(f)(2)(ii)',
      asks: 'that completeness and accuracy of the processes for storing and retaining records are verified automatically',
      all: ['IntegrityCheck', 'fact:complete-account'],
      beyond: 'Verified is this archive; how often it happens is shown by the series of reports.',
    },
    {
      control: '(f)(2)(iv)',
      title: 'Download of records and audit trail',
      citation: '17 CFR 240.17a-4(f)(2)(iv)',
      asks: 'the capacity to readily download records and their audit trail in a human readable and a reasonably usable electronic format',
      all: ['ExtractionCheck'],
      beyond: 'Whether the formats suit is for the examiner to say.',
    },
    {
      control: '(f)(2)(v)',
      title: 'Backup or other redundancy',
      citation: '17 CFR 240.17a-4(f)(2)(v)',
      asks: 'a backup recordkeeping system that serves as a redundant set of records, or other redundancy capabilities that ensure access',
      any: ['ContentCheck'],
      all: ['IntegrityCheck'],
      beyond:
        'The archive is a second set of records of the cluster; where it is itself the recordkeeping system it needs another.',
    },
  ],
}
