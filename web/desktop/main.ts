import { adoptPage } from '../design/adopt.js';
import './vouch-desktop.js';

adoptPage();
// As any page does that embeds the badge: the script that the service serves.
void import(/* @vite-ignore */ new URL('../badge/vouch-badge.js', location.href).href);
