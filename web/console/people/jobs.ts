const MAXIMUM = 20;

/** The batch jobs that were started or looked at in this browser, the last first: the service does not list them. */
export class KnownJobs {
  constructor(private readonly tenantId: string) {}

  list(): readonly string[] {
    try {
      const jobs = JSON.parse(localStorage.getItem(this.#name) ?? '[]') as unknown;
      return Array.isArray(jobs) ? jobs.filter((job) => typeof job === 'string') : [];
    } catch {
      return [];
    }
  }

  add(jobId: string): void {
    const others = this.list().filter((each) => each !== jobId);
    localStorage.setItem(this.#name, JSON.stringify([jobId, ...others].slice(0, MAXIMUM)));
  }

  get #name(): string {
    return `vouch.jobs.${this.tenantId}`;
  }
}
