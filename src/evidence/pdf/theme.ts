/** The look of the window, on white paper: dark ink, one blue, and green, amber and red for outcomes alone. All print well in grey. */
export const INK = '#1d2530'
export const MUTED = '#5a6474'
export const LINE = '#d9d3c5'
export const BLUE = '#234e70'
export const BAR = '#b9cfe0'
export const GREEN = '#1f6b45'
export const GREEN_GROUND = '#e6f1ea'
export const AMBER = '#8a5a00'
export const AMBER_GROUND = '#fbf0d9'
export const RED = '#9b1c31'
export const RED_GROUND = '#f9e4e6'
export const GROUND = '#f7f5f0'

/** Colour of the word and of the ground behind it. */
export const OUTCOME_COLOURS: Readonly<Record<string, { ink: string; ground: string }>> = {
  PASSED: { ink: GREEN, ground: GREEN_GROUND },
  FAILED: { ink: RED, ground: RED_GROUND },
  WARNING: { ink: AMBER, ground: AMBER_GROUND },
  INDETERMINATE: { ink: AMBER, ground: AMBER_GROUND },
  SKIPPED: { ink: MUTED, ground: GROUND },
  supported: { ink: GREEN, ground: GREEN_GROUND },
  'not supported': { ink: RED, ground: RED_GROUND },
  'not covered': { ink: MUTED, ground: GROUND },
}

/** Kinds of absence in the account of offsets, from harmless to loss, in the order of the bars. */
export const KIND_COLOURS: Readonly<Record<string, string>> = {
  archived: BAR,
  aborted: '#8f9aa8',
  control: '#c9ced6',
  compacted: '#a9b89a',
  deleted_before: '#dcb95f',
  deleted_during: RED,
  unexplained: '#c2410c',
  unaccounted: '#d98b5f',
}

/** Points. */
export const SIZE = { display: 23, h1: 15, h2: 11, body: 9.5, small: 8, tiny: 7, figure: 17 } as const

export const MARGIN = { left: 54, right: 54, top: 62, bottom: 58 } as const
