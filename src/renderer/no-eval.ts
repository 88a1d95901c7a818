import { z } from 'zod'

// Imported before any schema is made: Zod would try to compile its checks with `new Function`, which the content
// security policy forbids and the browser would report.
z.config({ jitless: true })
