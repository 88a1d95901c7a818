/** For hosts, which reach jobs through the worker alone. */
export { profileFolder } from '../../jobs/profile.ts'
