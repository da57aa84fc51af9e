import { css } from 'lit';
import { buttons } from './buttons.js';
import { fields } from './fields.js';

/** Buttons and fields, for whoever has some; beside `base`. */
export const controls = css`
  ${buttons}
  ${fields}
`;
