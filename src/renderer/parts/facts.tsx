import type { ReactNode } from 'react'

/** Names with what they are, one below the other. What is null is left out. */
export function Facts({ of: facts }: { of: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="fact-list">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** A digest or another long word, to be broken anywhere. */
export function Digest({ children }: { children: string }) {
  return <code className="digest">{children}</code>
}
