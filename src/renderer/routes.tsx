import type { ComponentType } from 'react'
import { createHashRouter, type RouteObject } from 'react-router'
import { CrashPage, NotFoundPage } from './pages/not-found.tsx'
import { Shell } from './shell.tsx'

/** A page is loaded when it is first opened. Its module exports `Page`. */
const page = (path: string, load: () => Promise<{ Page: ComponentType }>): RouteObject => ({
  path,
  lazy: async () => ({ Component: (await load()).Page }),
})

/** Every address of the window. By its hash, since a host serves files only. */
export const router = createHashRouter([
  {
    path: '/',
    Component: Shell,
    ErrorBoundary: CrashPage,
    children: [
      { index: true, lazy: async () => ({ Component: (await import('./pages/overview/page.tsx')).Page }) },
      page('requests/*', () => import('./pages/requests/page.tsx')),
      page('backups/*', () => import('./pages/backups/page.tsx')),
      page('restore/*', () => import('./pages/restore/page.tsx')),
      page('jobs/*', () => import('./pages/jobs/page.tsx')),
      page('reports/*', () => import('./pages/reports/page.tsx')),
      page('controls/*', () => import('./pages/controls/page.tsx')),
      page('verify/*', () => import('./pages/verify/page.tsx')),
      page('activity/*', () => import('./pages/activity/page.tsx')),
      page('approvals/*', () => import('./pages/approvals/page.tsx')),
      page('connections/*', () => import('./pages/connections/page.tsx')),
      page('keys/*', () => import('./pages/keys/page.tsx')),
      page('settings/*', () => import('./pages/settings/page.tsx')),
      { path: '*', Component: NotFoundPage },
    ],
  },
])
