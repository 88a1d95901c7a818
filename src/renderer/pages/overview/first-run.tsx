import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { Headline, Problem } from '../../parts/basics.tsx'
import { useAct } from '../../query.ts'
import { errorOf } from '../../state.ts'

const DOORS = [
  { name: 'protect', to: '/backups/new' },
  { name: 'answer', to: '/requests/new' },
  { name: 'verify', to: '/verify' },
] as const

/** Nothing is set up: three doors, and a way to look around without a cluster. */
export function FirstRun() {
  const { t } = useTranslation('overview')
  const navigate = useNavigate()
  const sample = useAct('overview.openSample', ['connections.list', 'overview.get'])
  const explore = () =>
    sample.mutate(null, { onSuccess: (opened) => void navigate('/requests/new', { state: { sample: opened } }) })
  return (
    <>
      <Headline sub={t('first.sub')}>{t('first.headline')}</Headline>
      <div className="doors">
        {DOORS.map(({ name, to }) => (
          <Link key={name} to={to} className="card door">
            <h2>{t(`first.${name}.title`)}</h2>
            <p>{t(`first.${name}.text`)}</p>
            <p className="mute small">{t(`first.${name}.needs`)}</p>
          </Link>
        ))}
      </div>
      <section className="card between explore" aria-labelledby="explore">
        <div>
          <h3 id="explore">{t('first.explore.title')}</h3>
          <p className="mute">{t('first.explore.text')}</p>
        </div>
        <Button variant="default" loading={sample.isPending} onClick={explore}>
          {t('first.explore.action')}
        </Button>
      </section>
      {sample.error !== null && <Problem error={errorOf(sample.error)} />}
    </>
  )
}
