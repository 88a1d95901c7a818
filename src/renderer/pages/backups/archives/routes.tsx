import { Route, Routes } from 'react-router'
import { ArchivePage } from './archive-page.tsx'
import { ListingPage } from './listing-page.tsx'
import { WherePage } from './where-page.tsx'

/** The archives of any place: a connected storage, a folder, a bucket. */
export function ArchivesPage() {
  return (
    <Routes>
      <Route index element={<WherePage />} />
      <Route path="in/:connectionId" element={<ListingPage />} />
      <Route path="path/:path" element={<ListingPage />} />
      <Route path="in/:connectionId/:backupId" element={<ArchivePage />} />
      <Route path="path/:path/:backupId" element={<ArchivePage />} />
    </Routes>
  )
}
