import '../kit/tokens.css';
import { createRoot } from 'react-dom/client';

const root = document.getElementById('root');
if (!root) throw new Error('kiosk.html has no #root');
createRoot(root).render(<main />);
