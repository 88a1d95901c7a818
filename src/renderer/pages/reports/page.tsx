import './reports.css'
import { Route, Routes } from 'react-router'
import { ReportList } from './list.tsx'
import { NewMonthly } from './new-monthly.tsx'
import { ReportPage } from './report-page.tsx'

export function Page() {
  return (
    <Routes>
      <Route index element={<ReportList />} />
      <Route path="new" element={<NewMonthly />} />
      <Route path="at/:path/:reportId" element={<ReportPage />} />
      <Route path=":connectionId/:reportId" element={<ReportPage />} />
      <Route path="*" element={<ReportList />} />
    </Routes>
  )
}
