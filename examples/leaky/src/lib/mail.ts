import 'server-only';
import { createTransport } from 'nodemailer';

const transport = process.env.SMTP_URL
  ? createTransport(process.env.SMTP_URL)
  : createTransport({ jsonTransport: true });

export async function sendMail(to: string, subject: string, text: string): Promise<void> {
  await transport.sendMail({ from: 'tally@example.test', to, subject, text });
}
