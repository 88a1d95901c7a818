import type { ReactNode } from 'react'
import { Link } from 'react-router'

/** The way from a page to the list that it belongs to. */
export function Back({ to, children }: { to: string; children: ReactNode }) {
  return (
    <p>
      <Link to={to}>‹ {children}</Link>
    </p>
  )
}
