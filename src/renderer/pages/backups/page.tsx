export { ArchivesPage as Page } from './archives.tsx'
