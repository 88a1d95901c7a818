import { createTheme, Modal, Tooltip } from '@mantine/core'

/** Mantine as look.md asks: its colours are the tokens of tokens.css. `autoContrast` would compute colours of its own. */
export const theme = createTheme({
  primaryColor: 'blue',
  defaultRadius: 8,
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    // Locking the page's scroll writes a style element, which the content security policy forbids.
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true, transitionProps: { duration: 0 } } }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, events: { hover: true, focus: true, touch: true } } }),
  },
})
