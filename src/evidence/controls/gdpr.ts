import type { FrameworkData } from './framework.ts'

export const GDPR: FrameworkData = {
  id: 'gdpr',
  title: 'General Data Protection Regulation',
  edition: 'Regulation (EU) 2016/679',
  sources: [
    {
      of: 'art. 5(1)(f)',
      address: 'https://ip-four.co.uk/docs/what-are-the-gdprs-rules-on-security/',
      text: 'page that quotes the paragraph, without a date',
      by: 'repeated',
    },
    {
      of: 'art. 30(1)',
      address: 'https://gdprhub.eu/index.php?oldid=23478&title=Article_30_GDPR',
      text: 'Regulation as published (OJ L 119, 4.5.2016)',
      by: 'repeated',
    },
    {
      of: 'art. 32(1)',
      address: 'http://source.commonaccord.org/index.php?action=s&file=G/EU-GDPR-Law-CmA/Sec/Article/32.md',
      text: 'Regulation as published (OJ L 119, 4.5.2016)',
      by: 'repeated',
    },
  ],
  unread: ['Regulation (EU) 2016/679, art. 5(1)(e)', 'Regulation (EU) 2016/679, art. 5(2)'],
  controls: [
    {
      control: 'Art. 5(1)(f)',
      title: 'Integrity and confidentiality',
      citation: 'Regulation (EU) 2016/679, art. 5(1)(f)',
      asks: 'that personal data is protected against accidental loss, destruction or damage and against unauthorised processing',
      all: ['IntegrityCheck'],
      beyond: 'Loss and damage are what was checked. Confidentiality, encryption and access are not.',
    },
    {
      control: 'Art. 5(1)(e)',
      title: 'Storage limitation',
      citation: 'Regulation (EU) 2016/679, art. 5(1)(e)',
      asks: 'that personal data is kept in identifiable form no longer than is necessary for its purposes',
      beyond:
        'An archive that keeps everything works against this principle: how long it is kept, and how erasure reaches it, must be shown elsewhere.',
    },
    {
      control: 'Art. 5(2)',
      title: 'Accountability',
      citation: 'Regulation (EU) 2016/679, art. 5(2)',
      asks: 'that the controller can demonstrate that the principles of paragraph 1 are kept',
      all: ['fact:named-signature'],
      any: ['IntegrityCheck', 'ContentCheck', 'ExtractionCheck'],
      beyond: 'It demonstrates what its checks looked at, which is a part of one principle.',
    },
    {
      control: 'Art. 30(1)(g)',
      title: 'Records of processing: description of security measures',
      citation: 'Regulation (EU) 2016/679, art. 30(1)(g)',
      asks: 'that the record of processing activities holds, where possible, a general description of the technical and organisational security measures of art. 32(1)',
      any: ['IntegrityCheck', 'ContentCheck'],
      beyond: 'The report can be referred to from the record of processing; it is not that record.',
    },
    {
      control: 'Art. 32(1)(b)',
      title: 'Ongoing integrity and availability',
      citation: 'Regulation (EU) 2016/679, art. 32(1)(b)',
      asks: 'the ability to ensure the ongoing confidentiality, integrity, availability and resilience of processing systems and services',
      all: ['IntegrityCheck'],
      beyond: 'Integrity and availability of the archive were looked at; confidentiality and resilience were not.',
    },
    {
      control: 'Art. 32(1)(c)',
      title: 'Restoring availability in a timely manner',
      citation: 'Regulation (EU) 2016/679, art. 32(1)(c)',
      asks: 'the ability to restore the availability of and access to personal data in a timely manner after a physical or technical incident',
      any: ['fact:timed-recovery', 'fact:tested-restore'],
      beyond:
        'What is timely depends on the risk, and the controller must say it. The restore was a test, not an incident.',
    },
    {
      control: 'Art. 32(1)(d)',
      title: 'Regular testing',
      citation: 'Regulation (EU) 2016/679, art. 32(1)(d)',
      asks: 'a process for regularly testing, assessing and evaluating the effectiveness of the measures',
      any: ['ContentCheck', 'MessageCountCheck', 'fact:tested-restore'],
      beyond: 'This is one test. That it is done regularly is shown by the series of reports.',
    },
  ],
}
