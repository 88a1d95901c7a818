import { Suspense, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { NavLink, Outlet, useLocation } from 'react-router'
import { useCall } from './query.ts'
import { useAllJobs } from './state.ts'

const WORK = [
  'overview',
  'requests',
  'backups',
  'restore',
  'jobs',
  'reports',
  'controls',
  'verify',
  'activity',
  'approvals',
] as const
const SET_UP = ['connections', 'keys', 'settings'] as const
type PageName = (typeof WORK)[number] | (typeof SET_UP)[number]

/** The frame of every page: the pages' names on the left, the page on the right. */
export function Shell() {
  const { t } = useTranslation()
  const main = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  const shown = useRef(pathname)
  const area = pathname.split('/')[1] || 'overview'
  useEffect(() => {
    document.title = `${t(`pages.${area as PageName}`, { defaultValue: t('name') })} – ${t('name')}`
    if (shown.current === pathname) return
    shown.current = pathname
    // A reader hears the new page, and Tab goes on from its top.
    main.current?.focus()
    window.scrollTo(0, 0)
  }, [pathname, area, t])

  return (
    <>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        {t('skip')}
      </button>
      <div className="app">
        <header>
          <p className="brand">{t('name')}</p>
          <nav aria-label={t('navigation')}>
            {WORK.map((name) => (
              <PageLink key={name} name={name} />
            ))}
            <span className="nav-space" />
            <span className="nav-group" id="nav-set-up">
              {t('setUp')}
            </span>
            {SET_UP.map((name) => (
              <PageLink key={name} name={name} />
            ))}
          </nav>
          <About />
        </header>
        <main id="main" ref={main} tabIndex={-1}>
          <Suspense fallback={null}>
            <Outlet />
          </Suspense>
        </main>
      </div>
    </>
  )
}

function PageLink({ name }: { name: PageName }) {
  const { t } = useTranslation()
  const running = useAllJobs().filter((job) => job.outcome === null).length
  return (
    <NavLink to={name === 'overview' ? '/' : `/${name}`} end={name === 'overview'}>
      {t(`pages.${name}`)}
      {name === 'requests' && <OpenRequests />}
      {name === 'settings' && <NewVersion />}
      {name === 'jobs' && running > 0 && <span className="mute small">{t('runningNow', { count: running })}</span>}
    </NavLink>
  )
}

/** How many requests wait for an answer. */
function OpenRequests() {
  const { t } = useTranslation()
  const { data } = useCall('requests.list', null, { staleTime: 30_000 })
  const open = data?.requests.filter(({ state }) => state === 'open').length ?? 0
  if (open === 0) return null
  return (
    <span className="mute small">
      {open}
      <span className="unseen"> {t('openNow')}</span>
    </span>
  )
}

/** That a look for new versions, where it is switched on, has found one. */
function NewVersion() {
  const { t } = useTranslation()
  const { data } = useCall('updates.get', null, { staleTime: 60_000 })
  if (data === undefined || data.offer === null) return null
  return <span className="mute small">{t('newVersion', { version: data.offer.newest.version })}</span>
}

function About() {
  const { t } = useTranslation()
  const { data } = useCall('app.info', null, { staleTime: Number.POSITIVE_INFINITY })
  if (data === undefined) return null
  return (
    <p className="mute small about">
      {t('footer', { version: data.version, host: data.host === 'desktop' ? t('desktop') : t('browser') })}
    </p>
  )
}
