import { useTranslation } from 'react-i18next'
import { NavLink, Outlet, Route, Routes } from 'react-router'
import { ArchivesPage } from './archives/routes.tsx'
import './backups.css'
import { EditPlan } from './edit-plan.tsx'
import { HomePage } from './home.tsx'
import { PlanPage } from './plan-page.tsx'
import { SchedulesPage } from './schedules-page.tsx'
import { NewPlan } from './wizard/wizard-page.tsx'

/** Everything about backups: what is protected, when it runs, and what the archives hold. */
export function Page() {
  return (
    <Routes>
      <Route element={<WithTabs />}>
        <Route index element={<HomePage />} />
        <Route path="schedules" element={<SchedulesPage />} />
        <Route path="archives/*" element={<ArchivesPage />} />
      </Route>
      <Route path="new" element={<NewPlan />} />
      <Route path="plans/:id" element={<PlanPage />} />
      <Route path="plans/:id/edit" element={<EditPlan />} />
    </Routes>
  )
}

function WithTabs() {
  const { t } = useTranslation('backups')
  return (
    <>
      <nav className="subnav" aria-label={t('tabs.label')}>
        <NavLink to="/backups" end>
          {t('tabs.plans')}
        </NavLink>
        <NavLink to="/backups/schedules">{t('tabs.schedules')}</NavLink>
        <NavLink to="/backups/archives">{t('tabs.archives')}</NavLink>
      </nav>
      <Outlet />
    </>
  )
}
