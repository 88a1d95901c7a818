import './no-eval.ts'
import '@fontsource/ibm-plex-sans/400.css'
import '@fontsource/ibm-plex-sans/600.css'
import '@fontsource/ibm-plex-mono/400.css'
import '@fontsource/source-serif-4/600.css'
import '@mantine/core/styles.css'
import './tokens.css'
import './style.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router'
import { preferredLanguage, startWords } from './i18n.ts'
import { JobsProvider } from './jobs-context.tsx'
import { keepFocus } from './keep-focus.ts'
import { applyContrast, colourScheme, readLook } from './look.ts'
import { followNotices, noticeState } from './notices.ts'
import { followJobs, queries } from './query.ts'
import { router } from './routes.tsx'
import { theme } from './theme.ts'

const root = document.getElementById('root')
if (root !== null) {
  const look = await readLook()
  applyContrast(look)
  await startWords(look.language ?? preferredLanguage())
  followJobs()
  if (noticeState() !== 'desktop') followNotices(() => void router.navigate('/jobs'))
  keepFocus()
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        defaultColorScheme={look.theme}
        colorSchemeManager={colourScheme(look.theme)}
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <QueryClientProvider client={queries}>
          <JobsProvider>
            <RouterProvider router={router} />
          </JobsProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
