import type { FrameworkData } from './framework.ts'

export const ISO_27001: FrameworkData = {
  id: 'iso_27001',
  title: 'ISO/IEC 27001, information backup',
  edition: 'ISO/IEC 27001:2022, annex A (Amendment 1:2024 changes clauses 4.1 and 4.2 alone)',
  sources: [
    {
      of: 'annex A, 8.13',
      address: 'https://controlstack.au/controls/iso27001-annex-a-8-13-backup-and-recovery-procedures-for-data/',
      text: 'ISO/IEC 27001:2022, the control’s own sentence',
      by: 'repeated',
    },
    {
      of: 'Amendment 1',
      address: 'https://hightable.io/iso27001-2022-amendment-1-climate-action-changes-executive-briefing',
      text: 'what ISO/IEC 27001:2022/Amd 1:2024 changes',
      by: 'repeated',
    },
  ],
  unread: [],
  controls: [
    {
      control: 'A.8.13 (copies)',
      title: 'Backup copies are maintained',
      citation: 'ISO/IEC 27001:2022, annex A, 8.13',
      asks: 'that backup copies of information, software and systems are maintained in accordance with the agreed topic-specific policy on backup',
      all: ['IntegrityCheck'],
      beyond: 'The policy itself, and software and systems, were not looked at.',
    },
    {
      control: 'A.8.13 (tests)',
      title: 'Backup copies are regularly tested',
      citation: 'ISO/IEC 27001:2022, annex A, 8.13',
      asks: 'that backup copies are regularly tested in accordance with the agreed topic-specific policy on backup',
      any: ['ContentCheck', 'MessageCountCheck', 'fact:tested-restore'],
      beyond: 'This is one test. That it is done regularly is shown by the series of reports.',
    },
  ],
}
