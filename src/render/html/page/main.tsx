/** The page's program: reads the data in the file and draws it. */
import { render } from 'preact';
import type { PageData } from '../data.ts';
import { App } from './app.tsx';

const text = document.getElementById('data')?.textContent ?? '';
const page = document.getElementById('page');
if (page !== null) {
  page.textContent = '';
  render(<App data={JSON.parse(text) as PageData} />, page);
}
