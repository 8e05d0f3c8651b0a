import { describeDriverContract } from '../../test/contract/driver.ts';
import { datedFolders } from './driver.ts';

describeDriverContract(datedFolders, import.meta.dirname);
