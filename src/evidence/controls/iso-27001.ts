import type { FrameworkData } from './framework.ts'

export const ISO_27001: FrameworkData = {
  id: 'iso_27001',
  title: 'ISO/IEC 27001, information backup',
  edition: 'ISO/IEC 27001:2022, annex A',
  controls: [
    {
      control: 'A.8.13 (copies)',
      title: 'Backup copies are maintained',
      citation: 'ISO/IEC 27001:2022, annex A, 8.13',
      asks: 'that backup copies of information, software and systems are maintained in accordance with the agreed policy on backup',
      all: ['IntegrityCheck'],
      beyond: 'The policy itself, and software and systems, were not looked at.',
    },
    {
      control: 'A.8.13 (tests)',
      title: 'Backup copies are regularly tested',
      citation: 'ISO/IEC 27001:2022, annex A, 8.13',
      asks: 'that backup copies are regularly tested in accordance with the agreed policy on backup',
      any: ['ContentCheck', 'MessageCountCheck', 'fact:tested-restore'],
      beyond: 'This is one test. That it is done regularly is shown by the series of reports.',
    },
  ],
}
