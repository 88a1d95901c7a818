/** What wrote an archive or a report. A test holds it to package.json. */
export const TOOL = { name: 'coffer', version: '0.1.0' } as const
