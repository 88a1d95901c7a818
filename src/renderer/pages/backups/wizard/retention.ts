import type { RetentionPreset } from '../../../../contract/ipc/plan.ts'

/** How long rules ask for records to be kept, and where they say so. */
export interface Preset {
  id: RetentionPreset
  /** Years that the rule names; null: it names none, and the user has to. */
  years: number | null
  /** The rule as one cites it: the same in every language. */
  citation: string
  url: string | null
}

export const PRESETS: readonly Preset[] = [
  {
    id: 'sox',
    years: 7,
    citation: 'SOX § 802; 17 CFR § 210.2-06',
    url: 'https://www.ecfr.gov/current/title-17/section-210.2-06',
  },
  {
    id: 'hipaa',
    years: 6,
    citation: 'HIPAA; 45 CFR § 164.316(b)(2)(i)',
    url: 'https://www.ecfr.gov/current/title-45/section-164.316',
  },
  {
    id: 'pci-dss',
    years: 1,
    citation: 'PCI DSS v4.0.1, 10.5.1',
    url: 'https://www.pcisecuritystandards.org/document_library/',
  },
  {
    id: 'mifid-5',
    years: 5,
    citation: 'MiFID II; 2014/65/EU Art. 16(6)–(7)',
    url: 'https://eur-lex.europa.eu/eli/dir/2014/65/oj',
  },
  {
    id: 'mifid-7',
    years: 7,
    citation: 'MiFID II; 2014/65/EU Art. 16(7)',
    url: 'https://eur-lex.europa.eu/eli/dir/2014/65/oj',
  },
  {
    id: 'gdpr',
    years: null,
    citation: 'GDPR; (EU) 2016/679 Art. 5(1)(e)',
    url: 'https://eur-lex.europa.eu/eli/reg/2016/679/oj',
  },
  { id: 'custom', years: null, citation: '', url: null },
]

/** Whole years in days, leap days counted so that it is never too short: 7 years are 2,557 days. */
export const daysOf = (years: number): number => years * 365 + Math.ceil(years / 4)

/** The years that so many days were set for; null where they are not a number of years. */
export function yearsOf(days: number): number | null {
  const years = Math.floor(days / 365)
  return years > 0 && daysOf(years) === days ? years : null
}
