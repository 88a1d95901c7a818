/**
 * What a control can rest on: checks of the report, and facts that the report itself carries (from `FACTS` below).
 * A control is supported where everything in `all` and at least one of `any` ran and passed.
 */
export interface ControlData {
  /** As people call it: `164.308(a)(7)(ii)(D)`. */
  control: string
  title: string
  /** The provision, as it is cited. */
  citation: string
  /** What the provision asks, in our words. */
  asks: string
  all?: readonly Support[]
  any?: readonly Support[]
  /** What this evidence can't show and somebody else must. */
  beyond: string
}

export interface FrameworkData {
  /** Key in the report; OSO's where it has one. */
  id: string
  title: string
  /** Which version was read. */
  edition: string
  /** Where the words of the provisions were read, against which citations and paraphrases were checked. */
  sources: readonly Source[]
  /** Citations whose words, or whose place in the numbering, were not found in any of them: cited by what is known of them. */
  unread: readonly string[]
  controls: readonly ControlData[]
}

export interface Source {
  /** Which of the provisions. */
  of: string
  /** Of the page that was read; where only quotations of it in public repositories were, of the page that they name. */
  address: string
  /** What that page says of its own date or version; for a page without a date, what it is. */
  text: string
  /** The publisher's own text, or that of somebody who repeats it. */
  by: 'publisher' | 'repeated'
}

export type Support =
  | 'ContentCheck'
  | 'MessageCountCheck'
  | 'OffsetRangeCheck'
  | 'ConsumerGroupOffsetCheck'
  | 'IntegrityCheck'
  | 'TopicConfigurationCheck'
  | 'ExtractionCheck'
  | Fact

/** Not checks, but things that the report states and that follow from what was read or done. */
export type Fact =
  /** The storage said, when asked, that the manifest and some segments are under a lock in COMPLIANCE mode that has not ended. */
  | 'fact:compliance-lock'
  /** A restore with its start and end, and a content check of what was restored, that passed. */
  | 'fact:timed-recovery'
  /** The report is signed, and names the signer and what the signature means. */
  | 'fact:named-signature'
  /** Every offset of the partitions in scope is in the account, and none is lost or unexplained. */
  | 'fact:complete-account'
  /** The month had runs, and all of them were complete. */
  | 'fact:regular-backups'
  /** A restore of the month was validated. */
  | 'fact:tested-restore'
