import { createTheme, Modal, Tooltip } from '@mantine/core'
import { i18n } from './i18n.ts'

/** Mantine as look.md asks: its colours are the tokens of tokens.css. `autoContrast` would compute colours of its own. */
export const theme = createTheme({
  primaryColor: 'blue',
  defaultRadius: 8,
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    // A function, so that it speaks the language of the window when it is drawn.
    PasswordInput: {
      defaultProps: () => ({ visibilityToggleButtonProps: { 'aria-label': i18n.t('showPassword') } }),
    },
    // Locking the page's scroll writes a style element, which the content security policy forbids.
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true, transitionProps: { duration: 0 } } }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, events: { hover: true, focus: true, touch: true } } }),
  },
})
