export const STEPS = ['case', 'archive', 'window', 'filter', 'mask', 'sign'] as const
export type StepId = (typeof STEPS)[number]
