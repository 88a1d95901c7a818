import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { SerializedError } from '../../../contract/errors.ts'
import type { Attention } from '../../../contract/ipc/calls/overview.ts'
import type { CallOutput } from '../../../contract/ipc/map.ts'
import { errorTitle, isForeign } from '../../error-words.ts'
import { count, duration, moment, sentence } from '../../format.ts'
import { i18n } from '../../i18n.ts'
import { Pill } from '../../parts/basics.tsx'
import { spoken } from '../../said-words.ts'

type T = TFunction<'overview'>

/** An error in the window's language: by its code, where the engine's sentence is in another. */
function said(error: Pick<SerializedError, 'code' | 'message'>, alone = true): string {
  const words = isForeign(i18n.language) ? errorTitle(i18n.getFixedT(null, 'errors'), error) : error.message
  return alone ? sentence(words) : words
}

/** The answer of the page, by the worst of what is found. */
export function headlineOf({ attention, overview }: CallOutput<'overview.get'>, t: T): string {
  const bad = attention.filter((one) => one.severity === 'bad')
  if (bad.length === 1 && bad[0] !== undefined) return attentionWords(bad[0], t).headline
  if (bad.length > 1) return t('headline.several', { count: bad.length })
  const backups = overview.places.flatMap((place) => place.backups)
  if (backups.length === 0) return t('headline.nothing')
  const lost = attention.filter((one) => one.kind === 'lost').length
  if (lost > 0) return t('headline.losses', { count: lost })
  return attention.length > 0 ? t('headline.judge', { count: attention.length }) : t('headline.well')
}

/** One thing to look at, in words: for the headline, the sentence, and where it is mended. */
export function attentionWords(one: Attention, t: T): { headline: string; text: string; to: string } {
  switch (one.kind) {
    case 'place':
      return {
        headline: t('a.place.headline', { place: one.place }),
        text: t('a.place.text', { place: one.place, message: said(one, false) }),
        to: '/connections',
      }
    case 'unreadable':
      return {
        headline: t('a.unreadable.headline', { backup: one.backupId }),
        text: t('a.unreadable.text', { backup: one.backupId, message: said(one, false) }),
        to: '/backups',
      }
    case 'broken':
      return {
        headline: t('a.broken.headline', { backup: one.backupId }),
        text: t('a.broken.text', { backup: one.backupId, message: spoken(one.message, one.said) ?? one.message }),
        to: '/backups',
      }
    case 'late': {
      const since =
        one.lastGoodAt === null
          ? t('a.late.never')
          : t('a.late.since', { time: duration((Date.now() - Date.parse(one.lastGoodAt)) / 1000) })
      const why = one.error === null ? '' : ` ${said(one.error)}`
      return {
        headline: t('a.late.headline', { name: one.name }),
        text: `${t('a.late.text', { name: one.name, since, hours: count(one.targetHours) })}${why}`,
        to: '/backups',
      }
    }
    case 'failed':
      return {
        headline: t('a.failed.headline', { name: one.name }),
        text: t('a.failed.text', {
          name: one.name,
          at: moment(Date.parse(one.at)),
          message: one.error === null ? '' : said(one.error, false),
        }),
        to: '/jobs',
      }
    case 'lost':
      return {
        headline: '',
        text: t('a.lost.text', { topic: one.topic, backup: one.backupId, offsets: count(one.offsets) }),
        to: '/backups/archives',
      }
    case 'unproved':
      return { headline: '', text: t('a.unproved.text', { backup: one.backupId }), to: '/restore' }
    case 'unlocked':
      return { headline: '', text: t('a.unlocked.text', { place: one.place }), to: '/backups/archives' }
  }
}

/** The one red place: what is wrong, since when, why, and the way to mend it. */
export function AttentionCard({ one }: { one: Attention }) {
  const { t } = useTranslation('overview')
  const { text, to } = attentionWords(one, t)
  const code = 'code' in one ? one.code : 'error' in one ? one.error?.code : undefined
  return (
    <section className="card problem between" aria-label={t('a.title')}>
      <p>
        <Pill tone="bad">{t(`a.${one.kind}.pill`, { defaultValue: t('failed', { ns: 'app' }) })}</Pill> {sentence(text)}
        {code !== undefined && (
          <>
            <br />
            <span className="mute small">
              {t('code', { ns: 'app' })} <code>{code}</code>
            </span>
          </>
        )}
      </p>
      <Link to={to} className="btn">
        {t(`a.${one.kind}.action`)}
      </Link>
    </section>
  )
}
