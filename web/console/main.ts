import { adoptPage } from '../design/adopt.js';
import './vouch-console.js';

adoptPage();
