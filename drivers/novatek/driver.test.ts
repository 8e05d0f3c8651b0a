import { describeDriverContract } from '../../test/contract/driver.ts';
import { novatek } from './driver.ts';

describeDriverContract(novatek, import.meta.dirname);
