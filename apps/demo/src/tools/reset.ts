// npm run demo:reset
import { demoConfig } from '../demo.config.js';
import { removeWritten } from './remove-written.js';

removeWritten(demoConfig());
console.log('Removed database, feed and cache. The next npm start applies every change.');
