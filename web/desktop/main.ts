import { adoptPage } from '../design/adopt.js';

adoptPage();
