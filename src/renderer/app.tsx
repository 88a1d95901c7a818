import { useEffect, useState } from 'react'
import type { CallOutput } from '../contract/ipc/map.ts'
import { host } from './host.ts'
import { ArchivesPage } from './pages/archives.tsx'
import { ConnectionsPage } from './pages/connections.tsx'
import { JobsPage } from './pages/jobs.tsx'
import { JobsContext, useJobs } from './state.ts'
import { t } from './strings.ts'

const PAGES = ['connections', 'archives', 'jobs'] as const
type Page = (typeof PAGES)[number]

export function App() {
  const page = usePage()
  const jobs = useJobs()
  const [info, setInfo] = useState<CallOutput<'app.info'> | null>(null)
  useEffect(() => void host.call('app.info', null).then(setInfo, () => {}), [])
  useEffect(() => {
    document.title = `${t.pages[page]} – ${t.app.name}`
  }, [page])
  const running = jobs.filter((job) => job.outcome === null).length

  return (
    <JobsContext value={jobs}>
      <button type="button" className="skip" onClick={() => document.getElementById('main')?.focus()}>
        {t.app.skip}
      </button>
      <div className="app">
        <header>
          <p className="brand">{t.app.name}</p>
          <nav aria-label={t.app.navigation}>
            {PAGES.map((name) => (
              <a key={name} href={`#/${name}`} aria-current={name === page ? 'page' : undefined}>
                {t.pages[name]}
                {name === 'jobs' && running > 0 && <span className="mute small">{t.app.runningNow(running)}</span>}
              </a>
            ))}
          </nav>
          {info !== null && (
            <p className="mute small about">
              {t.app.footer(info.version, info.host === 'desktop' ? t.app.desktop : t.app.browser)}
            </p>
          )}
        </header>
        {/* All pages stay: what was typed or is running on one is still there when one comes back. */}
        <main id="main" tabIndex={-1}>
          <div hidden={page !== 'connections'}>
            <ConnectionsPage shown={page === 'connections'} />
          </div>
          <div hidden={page !== 'archives'}>
            <ArchivesPage shown={page === 'archives'} />
          </div>
          <div hidden={page !== 'jobs'}>
            <JobsPage directory={info?.directory ?? ''} />
          </div>
        </main>
      </div>
    </JobsContext>
  )
}

function usePage(): Page {
  const [page, setPage] = useState(pageOfAddress)
  useEffect(() => {
    const follow = () => {
      setPage(pageOfAddress())
      // A reader hears the new page, and Tab goes on from its top.
      document.getElementById('main')?.focus()
      window.scrollTo(0, 0)
    }
    window.addEventListener('hashchange', follow)
    return () => window.removeEventListener('hashchange', follow)
  }, [])
  return page
}

function pageOfAddress(): Page {
  return PAGES.find((name) => location.hash === `#/${name}`) ?? 'connections'
}
