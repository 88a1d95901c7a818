import { Route, Routes } from 'react-router'
import { JobDetailPage } from './detail.tsx'
import { JobListPage } from './list.tsx'

export function Page() {
  return (
    <Routes>
      <Route index element={<JobListPage />} />
      <Route path=":jobId" element={<JobDetailPage />} />
    </Routes>
  )
}
