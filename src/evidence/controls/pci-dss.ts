import type { FrameworkData } from './framework.ts'

export const PCI_DSS: FrameworkData = {
  id: 'pci_dss',
  title: 'PCI Data Security Standard',
  edition: 'PCI DSS v4.0.1, requirements 9.4 and 10, for topics that carry audit logs or account data',
  sources: [
    {
      of: 'requirement 9.4',
      address: 'https://ce.prod.cloudaware.com/frameworks/pci-dss-v4.0.1/09/04/index.html',
      text: 'PCI DSS v4.0.1, the requirements’ own sentences',
      by: 'repeated',
    },
    {
      of: 'requirement 10.3',
      address: 'https://learn.daydream.ai/requirements/pci-dss-10-3-4',
      text: 'PCI DSS v4.0.1; 10.3.2 and 10.3.3 as Microsoft quotes them for v4.0',
      by: 'repeated',
    },
    {
      of: 'requirement 10.5.1',
      address: 'https://withpci.com/requirements/10/10.5/10.5.1',
      text: 'PCI DSS v4.0.1, defined approach',
      by: 'repeated',
    },
  ],
  unread: [],
  controls: [
    {
      control: '9.4.1.1',
      title: 'Offline media backups are stored in a secure location',
      citation: 'PCI DSS v4.0.1, requirement 9.4.1.1',
      asks: 'that offline media backups with cardholder data are stored in a secure location',
      beyond: 'Where media lie is a matter of places and people; the program sees objects in a storage.',
    },
    {
      control: '9.4.5',
      title: 'Inventory logs of electronic media',
      citation: 'PCI DSS v4.0.1, requirement 9.4.5',
      asks: 'that inventory logs of all electronic media with cardholder data are maintained',
      all: ['IntegrityCheck'],
      beyond:
        'The manifest is an inventory of the objects of this backup, checked against the storage; the media below it are not known to the program.',
    },
    {
      control: '9.4.7',
      title: 'Electronic media are destroyed when no longer needed',
      citation: 'PCI DSS v4.0.1, requirement 9.4.7',
      asks: 'that electronic media with cardholder data are destroyed, or the data made unrecoverable, when no longer needed for business or legal reasons',
      beyond: 'Nothing was deleted, and deletion was not looked at.',
    },
    {
      control: '10.3.2',
      title: 'Audit log files are protected from modification',
      citation: 'PCI DSS v4.0.1, requirement 10.3.2',
      asks: 'that audit log files are protected to prevent modifications by individuals',
      all: ['fact:compliance-lock', 'IntegrityCheck'],
      beyond: 'Rights on the storage and on the cluster were not looked at.',
    },
    {
      control: '10.3.3',
      title: 'Audit log files are backed up promptly',
      citation: 'PCI DSS v4.0.1, requirement 10.3.3',
      asks: 'that audit log files, those of external-facing technologies too, are promptly backed up to a secure, central, internal log server or other media that is difficult to modify',
      all: ['IntegrityCheck', 'fact:complete-account'],
      beyond: 'How prompt it was follows from the times of the runs; how hard the storage is to modify depends on it.',
    },
    {
      control: '10.3.4',
      title: 'Change detection on audit logs',
      citation: 'PCI DSS v4.0.1, requirement 10.3.4',
      asks: 'that file integrity monitoring or change detection is used on audit logs, so that existing log data can not be changed without alerts',
      all: ['IntegrityCheck'],
      beyond: 'A change is detected when the check runs. Who is alerted must be shown elsewhere.',
    },
    {
      control: '10.5.1',
      title: 'Audit log history is retained',
      citation: 'PCI DSS v4.0.1, requirement 10.5.1',
      asks: 'that audit log history is kept for at least 12 months, the last three of them immediately available',
      all: ['IntegrityCheck', 'fact:compliance-lock'],
      beyond:
        'Whether the span of times in this report and the lock cover twelve months is for the assessor to read from them.',
    },
  ],
}
