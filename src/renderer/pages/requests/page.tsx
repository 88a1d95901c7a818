import './requests.css'
import { Route, Routes } from 'react-router'
import { CasePage } from './case.tsx'
import { RequestList } from './list.tsx'
import { EditRequest } from './wizard/edit.tsx'
import { NewRequest } from './wizard/new.tsx'

/** Answering a request: the cases, a case's folder, and the wizard that makes a package. */
export function Page() {
  return (
    <Routes>
      <Route index element={<RequestList />} />
      <Route path="new" element={<NewRequest />} />
      <Route path=":id" element={<CasePage />} />
      <Route path=":id/edit" element={<EditRequest />} />
    </Routes>
  )
}
