import { z } from 'zod'
import type { ScheduleNotice } from '../schedule.ts'

/** What a browser's host tells its pages of schedules, beside the events of jobs. The desktop tells it by itself. */
export const noticeEvent = z.object({
  type: z.literal('notice'),
  about: z.enum(['failed', 'overdue', 'recovered']),
  schedule: z.string(),
  text: z.string(),
}) satisfies z.ZodType<ScheduleNotice>
export type NoticeEvent = z.infer<typeof noticeEvent>
