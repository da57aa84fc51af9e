import { VouchError } from '../../errors.js';
import type { EnrolmentJob, EnrolmentJobRow } from '../../domain/enrolment-job.js';
import * as proto from '../../gen/vouch/v1/enrolment.js';
import { fromProtoOptional, toProto, toProtoOrUnspecified } from '../enums.js';
import { readManifest } from '../read-manifest.js';
import { idempotencyKey, optionalId, validText, validUuid, within } from '../validate.js';
import type { TransportParts, WithPrincipal } from './parts.js';
import { Upload } from './upload.js';

type JobRpcs = Pick<
  proto.EnrolmentServiceImplementation<WithPrincipal>,
  | 'createEnrolmentJob'
  | 'getEnrolmentJob'
  | 'listEnrolmentJobs'
  | 'listEnrolmentJobRows'
  | 'cancelEnrolmentJob'
>;

/** The batch jobs of EnrolmentService. */
export function enrolmentJobs({ enrolmentJobs: jobs, manifestLimits }: TransportParts): JobRpcs {
  return {
    createEnrolmentJob: async (requests, { principal }) => {
      if (manifestLimits === null) throw new VouchError('IMPORT_NOT_CONFIGURED');
      const upload = new Upload(requests, manifestLimits);
      const start = await upload.start();
      const request = {
        existing: fromProtoOptional(proto.ExistingVoiceprint, start.existing, 'start.existing') ?? 'SKIP',
        recordedBeforeEntry: start.recordedBeforeEntry,
        onBehalfOf: optionalId(start.onBehalfOf, 'start.on_behalf_of'),
        idempotencyKey: idempotencyKey(start.idempotencyKey),
      };
      return { job: writeJob(await jobs.create(principal, request, readManifest(upload.pieces()))) };
    },

    getEnrolmentJob: async (request, { principal }) => {
      return { job: writeJob(await jobs.get(principal, validUuid(request.jobId, 'job_id'))) };
    },

    listEnrolmentJobs: async (request, { principal }) => {
      const pageSize = request.pageSize === 0 ? 100 : within(request.pageSize, 'page_size', 1, 1000);
      const token = validText(request.pageToken, 'page_token', 1024);
      const { jobs: page, nextPageToken } = await jobs.list(principal, pageSize, token);
      return { jobs: page.map(writeJob), nextPageToken };
    },

    listEnrolmentJobRows: async (request, { principal }) => {
      const jobId = validUuid(request.jobId, 'job_id');
      const pageSize = request.pageSize === 0 ? 100 : within(request.pageSize, 'page_size', 1, 1000);
      const token = validText(request.pageToken, 'page_token', 1024);
      const { rows, nextPageToken } = await jobs.listRows(principal, jobId, pageSize, token);
      return { rows: rows.map(writeRow), nextPageToken };
    },

    cancelEnrolmentJob: async (request, { principal }) => {
      const key = idempotencyKey(request.idempotencyKey);
      return { job: writeJob(await jobs.cancel(principal, validUuid(request.jobId, 'job_id'), key)) };
    },
  };
}

function writeJob(job: EnrolmentJob): proto.EnrolmentJob {
  const { state, existing, ...rest } = job;
  return {
    ...rest,
    state: toProto(proto.EnrolmentJobState, state),
    existing: toProto(proto.ExistingVoiceprint, existing),
    endedAt: job.endedAt ?? undefined,
  };
}

function writeRow({ entry, result, ...row }: EnrolmentJobRow): proto.EnrolmentJobRow {
  return {
    ...row,
    file: entry?.file ?? '',
    speakerId: entry?.speakerId ?? '',
    label: entry?.label ?? '',
    result: toProtoOrUnspecified(proto.EnrolmentRowResult, result),
    finishedAt: row.finishedAt ?? undefined,
  };
}
