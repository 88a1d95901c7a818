import type { FrameworkData } from './framework.ts'

export const DORA: FrameworkData = {
  id: 'dora',
  title: 'Digital Operational Resilience Act',
  edition: 'Regulation (EU) 2022/2554, art. 12',
  sources: [
    {
      of: 'art. 12(1) to (3)',
      address:
        'https://www.mica.wtf/dora/digital-operational-resilience-act/chapter-ii-ict-risk-management/article-12-backup-policies-and-procedures',
      text: 'Regulation as published (OJ L 333, 27.12.2022)',
      by: 'repeated',
    },
    {
      of: 'art. 12(6)',
      address: 'https://eur-lex.europa.eu/eli/reg/2022/2554/oj',
      text: 'Regulation as published, as a public repository quotes it',
      by: 'repeated',
    },
    {
      of: 'art. 12(7)',
      address: 'https://grca.planeth.de/en/grcaplaneth/opensource/issue/3952/',
      text: 'Regulation as published (OJ L 333, 27.12.2022)',
      by: 'repeated',
    },
  ],
  unread: [],
  controls: [
    {
      control: 'Art. 12(1)',
      title: 'Backup and restoration policies',
      citation: 'Regulation (EU) 2022/2554, art. 12(1)',
      asks: 'documented backup policies that state the scope of data and the minimum frequency of backups by criticality or confidentiality, and documented restoration procedures',
      beyond: 'A policy is a document of the financial entity. Scope and times in this report can be held against it.',
    },
    {
      control: 'Art. 12(2)',
      title: 'Periodic testing of backup and restoration',
      citation: 'Regulation (EU) 2022/2554, art. 12(2)',
      asks: 'backup systems that can be activated without jeopardising security or integrity, and periodic testing of backup, restoration and recovery',
      any: ['ContentCheck', 'fact:tested-restore'],
      beyond:
        'This is one test. Its period is shown by the series of reports; the security of activation was not looked at.',
    },
    {
      control: 'Art. 12(3)',
      title: 'Restoring on segregated systems',
      citation: 'Regulation (EU) 2022/2554, art. 12(3)',
      asks: 'that own systems on which backup data is restored are physically and logically segregated from the source system, and protected from unauthorised access and corruption',
      beyond: 'The report names source and target; how they are segregated is not known to the program.',
    },
    {
      control: 'Art. 12(6)',
      title: 'Recovery time and recovery point objectives',
      citation: 'Regulation (EU) 2022/2554, art. 12(6)',
      asks: 'that recovery time and recovery point objectives of each function take into account whether it is critical or important and its impact on market efficiency, and ensure that agreed service levels are met in extreme scenarios',
      any: ['fact:timed-recovery'],
      beyond: 'The tested recovery time stands in this report; the objectives are the entity’s.',
    },
    {
      control: 'Art. 12(7)',
      title: 'Checks and reconciliations on recovery',
      citation: 'Regulation (EU) 2022/2554, art. 12(7)',
      asks: 'checks, including multiple checks and reconciliations, to ensure the highest level of data integrity when recovering from an incident',
      all: ['ContentCheck', 'IntegrityCheck'],
      beyond: 'Reconciled are archive and target; consistency between other systems was not looked at.',
    },
  ],
}
