import type { FrameworkData } from './framework.ts'

export const MIFID_II: FrameworkData = {
  id: 'mifid_ii',
  title: 'MiFID II record keeping',
  edition: 'Directive 2014/65/EU and Delegated Regulation (EU) 2017/565',
  sources: [
    {
      of: 'Directive 2014/65/EU, art. 16(7)',
      address: 'https://www.esma.europa.eu/publications-data/questions-answers/1778',
      text: 'ESMA of 10 July 2017 quotes its first and second subparagraphs; the periods by articles of law firms',
      by: 'repeated',
    },
    {
      of: 'Delegated Regulation (EU) 2017/565, art. 72',
      address: 'https://nomox.eu/nomox_en/2014l0065-mif2/2017r0565-delegated/2017r0565_en.72',
      text: 'whole article, as published (OJ L 87, 31.3.2017)',
      by: 'repeated',
    },
  ],
  unread: ['Directive 2014/65/EU, art. 16(7), ninth subparagraph'],
  controls: [
    {
      control: 'Art. 16(7)',
      title: 'Recorded communications are kept and can be provided',
      citation: 'Directive 2014/65/EU, art. 16(7), ninth subparagraph',
      asks: 'that records of telephone conversations and electronic communications are provided to the client on request and kept for five years, or up to seven where the authority asks',
      all: ['ExtractionCheck'],
      beyond:
        'Whether these topics hold such communications, and for how long they are kept, is not known to the program.',
    },
    {
      control: 'Art. 72(1)(a)',
      title: 'Access, and every key stage can be reconstituted',
      citation: 'Delegated Regulation (EU) 2017/565, art. 72(1)(a)',
      asks: 'that the authority can access the records readily and reconstitute each key stage of the processing of each transaction',
      all: ['fact:complete-account'],
      any: ['ExtractionCheck', 'ContentCheck'],
      beyond:
        'By the account in the manifest every committed record of these topics is there, in order; whether the topics hold every key stage is for the firm to show.',
    },
    {
      control: 'Art. 72(1)(b)',
      title: 'Corrections and prior contents can be ascertained',
      citation: 'Delegated Regulation (EU) 2017/565, art. 72(1)(b)',
      asks: 'that corrections and amendments, and the contents before them, can be easily ascertained',
      all: ['IntegrityCheck', 'fact:complete-account'],
      beyond:
        'Each version that was on the log when it was read is kept with its offset; what compaction had removed before is counted in the account and is not there.',
    },
    {
      control: 'Art. 72(1)(c)',
      title: 'Records can not be manipulated otherwise',
      citation: 'Delegated Regulation (EU) 2017/565, art. 72(1)(c)',
      asks: 'that it is not possible for the records to be manipulated or altered otherwise',
      all: ['IntegrityCheck', 'fact:compliance-lock'],
      beyond: 'Digests show an alteration; only the storage can prevent one.',
    },
    {
      control: 'Art. 72(1)(d)',
      title: 'Exploitation by IT',
      citation: 'Delegated Regulation (EU) 2017/565, art. 72(1)(d)',
      asks: 'that IT or other efficient exploitation is possible where volume and nature of the data hinder analysis',
      all: ['ExtractionCheck'],
      beyond: 'The extracted files can be read by common tools; what is asked of them is for the authority to say.',
    },
  ],
}
