import { useId } from 'react'

export interface DayBar {
  /** `2026-11-03` */
  day: string
  value: number
  /** Something happened on this day that is to be seen; said in `label`. */
  mark: 'warn' | 'bad' | null
  /** What the bar says: for its tooltip and for screen readers. */
  label: string
}

const HEIGHT = 108
const STEP = 20
const WIDTH = 14

/** Bars by day. The picture has a text, and each bar its own; a day that is marked has a shape of its own too. */
export function DayBars({
  days,
  title,
  from,
  to,
}: {
  days: readonly DayBar[]
  title: string
  from: string
  to: string
}) {
  const id = useId()
  const most = Math.max(1, ...days.map((one) => one.value))
  const width = days.length * STEP
  return (
    <figure className="day-bars">
      <svg viewBox={`0 0 ${width} ${HEIGHT + 4}`} role="img" aria-labelledby={id} preserveAspectRatio="none">
        <title id={id}>{title}</title>
        {days.map((one, at) => {
          const height = one.value === 0 ? 1 : Math.max(4, (one.value / most) * HEIGHT)
          return (
            <g key={one.day}>
              <title>{one.label}</title>
              <rect x={at * STEP} y={0} width={STEP} height={HEIGHT} className="hit" />
              <rect x={at * STEP + 3} y={HEIGHT - height} width={WIDTH} height={height} rx={2} className="bar" />
              {one.mark !== null && (
                <rect
                  x={at * STEP + 3}
                  y={HEIGHT - 14}
                  width={WIDTH}
                  height={14}
                  rx={2}
                  className={`mark ${one.mark}`}
                />
              )}
            </g>
          )
        })}
      </svg>
      <figcaption className="between mute small">
        <span>{from}</span>
        <span>{to}</span>
      </figcaption>
    </figure>
  )
}
