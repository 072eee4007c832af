// Where the page begins: somebody signs in, and then it follows the daemon.
import { announceIn } from './announce.js';
import { Api } from './api.js';
import { cacheView } from './cache_view.js';
import { JobBook } from './job_book.js';
import { jobsView } from './jobs_view.js';
import { jobView } from './job_view.js';
import { Live } from './live.js';
import { loginView } from './login_view.js';
import { machineView } from './machine_view.js';
import { Meter } from './meter.js';
import { overviewView } from './overview_view.js';
import { peersView } from './peers_view.js';
import { policyView } from './policy_view.js';
import { Session, takeCode } from './session.js';
import { Shell } from './shell.js';
import { siteView } from './site_view.js';
import { applyTheme } from './theme.js';

const root = document.getElementById('page');
const session = new Session(sessionStorage);
let running = null;

function viewsOf(context) {
  return {
    overview: { label: 'Overview', make: () => overviewView(context) },
    jobs: { label: 'Jobs', make: (part) => (part ? jobView(context, part) : jobsView(context)) },
    peers: { label: 'Peers', make: () => peersView(context) },
    cache: { label: 'Cache', make: () => cacheView(context) },
    policy: { label: 'Policy', make: () => policyView(context) },
    machine: { label: 'Machine', make: () => machineView(context) },
    site: { label: 'Site', make: () => siteView(context), later: true },
  };
}

function start() {
  const api = new Api(session, {
    onRefused: () => leave('The token is not right any more: sign in again.'),
  });
  const book = new JobBook();
  const live = new Live(api, book);
  const meter = new Meter(api);
  const shell = new Shell({
    views: viewsOf({ api, book, live, meter }),
    live,
    onLeave: () => leave(),
  });
  running = { live, shell, meter };
  root.replaceChildren(shell.element);
  shell.start();
  live.run();
  // Only a node has a site.
  api.get('/v1/node').then(
    () => shell.reveal('site'),
    () => {},
  );
}

function leave(reason = '') {
  if (!running) return;
  running.live.stop();
  running.shell.end();
  running.meter.end();
  running = null;
  session.forget();
  showLogin(reason);
}

function showLogin(reason) {
  const view = loginView({ enter, reason });
  root.replaceChildren(view.element);
  document.title = 'Sign in · Freshet';
  view.focus();
}

// What is wrong with the token, or nothing: then the page has begun.
async function enter(token) {
  session.keep(token);
  try {
    await new Api(session).get('/v1/jobs?limit=1');
    start();
    return '';
  } catch (error) {
    session.forget();
    return error.status === 401
      ? 'This is not the token.'
      : `${error.message}. ${error.advice ?? ''}`;
  }
}

async function redeem(code) {
  try {
    const { token } = await new Api(session).post('/v1/page/token', { code });
    return await enter(token);
  } catch (error) {
    return `${error.message}. Ask for another with “freshet page”.`;
  }
}

applyTheme();
announceIn(document.getElementById('announcer'));
const code = takeCode(location, history);
if (code) {
  const trouble = await redeem(code);
  if (trouble) showLogin(trouble);
} else if (session.token) {
  start();
} else {
  showLogin('');
}
