import type { FrameworkData } from './framework.ts'

export const CMMC: FrameworkData = {
  id: 'cmmc_l2',
  title: 'Cybersecurity Maturity Model Certification',
  edition:
    'CMMC 2.0 level 2 (32 CFR part 170, in force since 16 December 2024, which still names NIST SP 800-171 Rev. 2); RE practices of CMMC 1.02, which 2.0 no longer has',
  sources: [
    {
      of: '32 CFR 170.14',
      address: 'https://law.lawstack.com/cfr/32/170.14/',
      text: 'eCFR as of 20 June 2026',
      by: 'repeated',
    },
    {
      of: 'NIST SP 800-171 Rev. 2, 3.8.9',
      address: 'https://www.cyber.law/frameworks/nist-sp-800-171/r2/3-8-media-protection/3-8-9',
      text: 'Rev. 2 as updated on 28 January 2021',
      by: 'repeated',
    },
    {
      of: 'NIST SP 800-171 Rev. 2, 3.3.8',
      address: 'https://indussecure.us/control/3-3-8/',
      text: 'Rev. 2, with its assessment objectives',
      by: 'repeated',
    },
    {
      of: 'CMMC 1.02, RE.2.137',
      address: 'https://catapult.boldcoastsecurity.com/cmmc/practice/RE/2/137',
      text: 'CMMC 1.02, page 196',
      by: 'repeated',
    },
    {
      of: 'CMMC 1.02, RE.3.139',
      address: 'https://catapult.boldcoastsecurity.com/cmmc/practice/RE/3/139',
      text: 'CMMC 1.02, page 198',
      by: 'repeated',
    },
  ],
  unread: [],
  controls: [
    {
      control: 'RE.2.137',
      title: 'Regularly perform and test data back-ups',
      citation: 'CMMC 1.02, RE.2.137 (not in CMMC 2.0)',
      asks: 'that data backups are performed and tested regularly',
      all: ['IntegrityCheck'],
      any: ['ContentCheck', 'MessageCountCheck', 'fact:tested-restore'],
      beyond: 'CMMC 2.0 has no such practice; contracts may still name it.',
    },
    {
      control: 'RE.3.139',
      title: 'Complete, comprehensive and resilient data back-ups',
      citation: 'CMMC 1.02, RE.3.139 (not in CMMC 2.0)',
      asks: 'that complete, comprehensive and resilient backups are performed regularly as the organisation defines',
      all: ['IntegrityCheck', 'fact:complete-account'],
      beyond: 'Resilience, such as a second place, was not looked at. CMMC 2.0 has no such practice.',
    },
    {
      control: 'MP.L2-3.8.9',
      title: 'Protect backups',
      citation: '32 CFR 170.14(c)(3); NIST SP 800-171 Rev. 2, 3.8.9',
      asks: 'that the confidentiality of backup CUI at storage locations is protected',
      beyond: 'Confidentiality of the storage was not looked at.',
    },
    {
      control: 'AU.L2-3.3.8',
      title: 'Audit protection',
      citation: '32 CFR 170.14(c)(3); NIST SP 800-171 Rev. 2, 3.3.8',
      asks: 'that audit information and audit logging tools are protected from unauthorised access, modification and deletion',
      all: ['fact:compliance-lock', 'IntegrityCheck'],
      beyond:
        'For topics that carry audit information, and for modification and deletion only; access was not looked at.',
    },
  ],
}
