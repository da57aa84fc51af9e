import { existsSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** The folders of pages, and whether pages of other origins may load what is in them. */
const FOLDERS = { assets: false, console: false, badge: true, desktop: false } as const;

/** Serves the built pages, and what they share: `/assets/`, `/console/`, `/badge/`, `/desktop/`. */
export async function addPages(app: FastifyInstance, folder: string): Promise<void> {
  for (const [name, shared] of Object.entries(FOLDERS)) {
    const root = join(folder, name);
    if (existsSync(root)) await addFolder(app, name, root, shared);
    else missing(app, name);
  }
  app.get('/', (_request, reply) => reply.redirect('/console/'));
}

async function addFolder(app: FastifyInstance, name: string, root: string, shared: boolean): Promise<void> {
  await app.register(staticFiles, {
    root,
    prefix: `/${name}/`,
    redirect: false,
    decorateReply: false,
    dotfiles: 'deny',
    preCompressed: true,
    // Asked every time whether it changed; the answer is mostly that it did not.
    cacheControl: false,
    setHeaders: (reply) => {
      reply.header('cache-control', 'no-cache');
      if (shared) reply.header('cross-origin-resource-policy', 'cross-origin');
    },
  });
  app.get(`/${name}`, (_request, reply) => reply.redirect(`/${name}/`));
}

function missing(app: FastifyInstance, name: string): void {
  const say = 'The pages have not been built: run make.\n';
  for (const path of [`/${name}`, `/${name}/*`])
    app.get(path, (_request, reply) => reply.code(404).type('text/plain; charset=utf-8').send(say));
}
