import type { FrameworkData } from './framework.ts'

export const HIPAA: FrameworkData = {
  id: 'hipaa',
  title: 'HIPAA Security Rule',
  edition: '45 CFR part 164, subpart C',
  sources: [
    {
      of: '45 CFR 164.308(a)(7)',
      address: 'https://docs.tibco.com/pub/logcshipaa/3.9.0/doc/html/GUID-48DE7D48-7A30-4B06-8179-3D1479418DF0.html',
      text: 'manual that quotes the standard, without a date',
      by: 'repeated',
    },
    {
      of: '45 CFR 164.312',
      address: 'https://www.govinfo.gov/content/pkg/CFR-2019-title45-vol2/xml/CFR-2019-title45-vol2-sec164-312.xml',
      text: 'CFR of 1 October 2019',
      by: 'publisher',
    },
  ],
  unread: ['45 CFR 164.308(a)(1)(ii)(D)'],
  controls: [
    {
      control: '164.308(a)(7)(ii)(A)',
      title: 'Data backup plan',
      citation: '45 CFR 164.308(a)(7)(ii)(A)',
      asks: 'procedures to create and maintain retrievable exact copies of electronic protected health information',
      all: ['IntegrityCheck', 'fact:complete-account'],
      beyond: 'Shown is that the copies are whole and can be read; the written plan is not part of it.',
    },
    {
      control: '164.308(a)(7)(ii)(B)',
      title: 'Disaster recovery plan',
      citation: '45 CFR 164.308(a)(7)(ii)(B)',
      asks: 'procedures to restore any loss of data',
      any: ['ContentCheck', 'fact:tested-restore'],
      beyond:
        'A restore that was compared shows that the procedure works for these topics; the plan itself is not part of it.',
    },
    {
      control: '164.308(a)(7)(ii)(D)',
      title: 'Testing and revision procedures',
      citation: '45 CFR 164.308(a)(7)(ii)(D)',
      asks: 'periodic testing and revision of contingency plans (addressable)',
      any: ['ContentCheck', 'MessageCountCheck', 'fact:tested-restore'],
      beyond: 'This is one test. Its period, and what was revised after it, must be shown elsewhere.',
    },
    {
      control: '164.308(a)(1)(ii)(D)',
      title: 'Information system activity review',
      citation: '45 CFR 164.308(a)(1)(ii)(D)',
      asks: 'regular review of audit logs, access reports and security incident reports',
      beyond: 'Who looks at the chain of custody and at these reports, and when, must be shown elsewhere.',
    },
    {
      control: '164.312(a)(2)(iv)',
      title: 'Encryption and decryption',
      citation: '45 CFR 164.312(a)(2)(iv)',
      asks: 'a mechanism to encrypt and decrypt electronic protected health information (addressable)',
      beyond: 'Encryption of the storage was not looked at.',
    },
    {
      control: '164.312(b)',
      title: 'Audit controls',
      citation: '45 CFR 164.312(b)',
      asks: 'mechanisms that record and examine activity in systems that hold electronic protected health information',
      all: ['IntegrityCheck', 'fact:named-signature'],
      beyond:
        'The runs of the backup, its hash chain and this report are recorded activity of the archive, not of the systems that it copies.',
    },
    {
      control: '164.312(c)(1)',
      title: 'Integrity',
      citation: '45 CFR 164.312(c)(1)',
      asks: 'protection of electronic protected health information from improper alteration or destruction',
      all: ['IntegrityCheck'],
      beyond: 'Alteration would be seen; that nobody can alter or delete depends on the storage and its rights.',
    },
    {
      control: '164.312(c)(2)',
      title: 'Mechanism to authenticate electronic protected health information',
      citation: '45 CFR 164.312(c)(2)',
      asks: 'electronic mechanisms to corroborate that the information has not been altered or destroyed in an unauthorised manner (addressable)',
      all: ['IntegrityCheck', 'fact:named-signature'],
      beyond: 'It corroborates the time since the backup, not the time before it.',
    },
  ],
}
