import type { FrameworkData } from './framework.ts'

export const SOC2: FrameworkData = {
  id: 'soc2',
  title: 'SOC 2, Trust Services Criteria',
  edition: 'AICPA TSP section 100, 2017 criteria with points of focus revised 2022',
  controls: [
    {
      control: 'A1.2',
      title: 'Data backup processes and recovery infrastructure',
      citation: 'TSP section 100, A1.2',
      asks: 'that environmental protections, software, data backup processes and recovery infrastructure are designed, operated and monitored to meet the objectives',
      all: ['IntegrityCheck'],
      any: ['fact:complete-account', 'fact:regular-backups'],
      beyond: 'Environment and infrastructure were not looked at.',
    },
    {
      control: 'A1.3',
      title: 'Recovery procedures are tested',
      citation: 'TSP section 100, A1.3',
      asks: 'that recovery plan procedures are tested',
      any: ['ContentCheck', 'MessageCountCheck', 'fact:tested-restore'],
      beyond: 'Tested are these topics and this target, not the whole recovery plan.',
    },
    {
      control: 'CC2.1',
      title: 'Relevant, quality information',
      citation: 'TSP section 100, CC2.1',
      asks: 'that relevant, quality information is obtained or generated and used to support internal control',
      any: ['IntegrityCheck', 'ContentCheck', 'ExtractionCheck'],
      beyond: 'That somebody uses it must be shown elsewhere.',
    },
    {
      control: 'CC6.1',
      title: 'Logical access',
      citation: 'TSP section 100, CC6.1',
      asks: 'that logical access to information assets is restricted',
      beyond: 'Rights on the cluster and on the storage were not looked at.',
    },
    {
      control: 'CC7.1',
      title: 'Changes of configuration are detected',
      citation: 'TSP section 100, CC7.1',
      asks: 'detection and monitoring of changes to configurations that introduce new vulnerabilities',
      all: ['TopicConfigurationCheck'],
      beyond: 'Compared is the configuration of topics between archive and target, nothing else.',
    },
    {
      control: 'CC7.5',
      title: 'Recovery from incidents',
      citation: 'TSP section 100, CC7.5',
      asks: 'that activities to recover from identified security incidents are identified, developed and implemented',
      any: ['fact:timed-recovery', 'fact:tested-restore'],
      beyond: 'The restore was a test; what was done after a real incident must be shown elsewhere.',
    },
  ],
}
