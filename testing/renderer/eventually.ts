import { configure } from '@testing-library/react';
import { eventually, patience } from '../shared/eventually';

configure({ asyncUtilTimeout: patience });

export { eventually };
